"""QEMU's storage daemon in incremental (dirty bitmap) mode as a Subject; `adapter:make_subject` is the way in."""
