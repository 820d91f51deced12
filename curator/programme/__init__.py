"""From what people decided to a plan: facts, the compiler, the hand-over from the plan before, what is published."""
