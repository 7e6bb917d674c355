"""What is said, to whom and when: ticket messages, reminders, escalations, digests, handovers, receipts, routing.

Belongs here: services that read the journal and put messages in the outbox. Not: the decisions (`bot.policy`),
the words (`bot.messages`).
"""
