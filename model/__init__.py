"""The promise: vocabulary, specification, proofs. Empty on purpose, so that the nouns can be imported alone."""
