"""The process itself (`events`), its discretisation (`schemes`) and networks trained with it (`networks`, by torch)."""
