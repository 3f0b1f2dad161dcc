"""How long reads are kept, held and provably destroyed (RET, HLD)."""
