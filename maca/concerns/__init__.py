"""A child may be at risk now: raised from anywhere, told, acknowledged, closed by somebody else."""
