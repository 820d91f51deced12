"""What visitors do at a screen: each activity is a plain state machine, for one visitor as for three hundred."""
