"""Evidence packs: what was judged, decided and said about a ticket, to be read and to be checked by an auditor."""
