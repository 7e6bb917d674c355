"""What the application asks of outside systems, and how they say no. Connectors implement these; nobody else does.

Belongs here: protocols, what they hand over, errors. Not: anything that one vendor alone has.

source        tickets, and word from outside that one changed
assets        registers of assets and what depends on what
messaging     posting, finding again and editing a message; who is who there
interactions  what people do in the message service
connector     what one system offers of all these, and its examination
errors        how it is told that something was not done
"""
