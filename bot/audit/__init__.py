"""Evidence packs: what was judged, decided and said about a ticket, to be read and to be checked by an auditor.

Belongs here: gathering a pack and its page. Not: the chain (`domain.hash_chain`), where it is kept (`bot.journal`).
"""
