"""Records that stand below others of their resource, like the subsidiaries of a group."""
