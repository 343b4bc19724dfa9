"""Language models as agents: what they are told, how they are asked, what they answer, and what that cost."""
