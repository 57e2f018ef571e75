"""The parts of the training loop: what it records, saves, reports and refuses."""
