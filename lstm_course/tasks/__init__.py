"""Tasks for sequence models, one file each."""
