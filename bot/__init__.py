"""The application: what happens, in which order. Knows no vendor; talks to the outside through `domain.ports`.

Belongs here: the rooms below, and the few modules that several of them stand on. Not: what a norm demands (`rules`),
how a system is spoken with (`connectors`), a value that these share with the application (`domain`).

Each room stands only on those further down:

cli                      the command line; `__main__` starts it
server                   `sluis serve`
queries                  what a command asks of the journal without a run
bootstrap                the wiring: the only place that knows all
cycle, interactions      one run over all tickets; what people press and ask
notify                   what is said, to whom and when
intake, outbox           reading a ticket with all that hangs on it; bringing messages outside
audit, policy_tests      evidence packs; cases in YAML against the rules
context                  what a run works with
waivers                  putting an exception on record
error_barrier, metrics   where an unforeseen error is survived; figures about runs
settings                 environment variables
messages, journal        words; the store
policy                   decisions out of values alone
report, logs             what a run tells of itself
"""
