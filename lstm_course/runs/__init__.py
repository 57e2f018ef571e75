"""What ``lstm-course train`` does: one module per kind of model."""
