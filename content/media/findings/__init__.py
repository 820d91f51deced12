"""What is worth knowing about an upload: each thing found becomes a reason that warns or is only told."""
