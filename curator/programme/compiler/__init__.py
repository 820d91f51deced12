"""The compiler: from the facts about a screen to a plan. `docs/programme-compiler.md` says every rule in words."""

from curator.programme.compiler.plans import Compiled, compile_plan
from curator.programme.stretches import pieces

__all__ = ["Compiled", "compile_plan", "pieces"]
