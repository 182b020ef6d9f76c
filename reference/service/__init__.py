"""The appliance as a service: a state directory that survives everything, real time, real disks (docs/service.md)."""
