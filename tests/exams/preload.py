"""What every bot of the exams would import and work out again: done once, by the process that they are forked from."""
# ruff: noqa: F401 - importing is what it is for

import gc

import holidays.countries.belgium

import bot.bootstrap
import bot.cli
import bot.cycle.cycle
import bot.logs
import connectors.catalog
import sandbox.mail
import sandbox.town
import tests.exams.process
from bot.cli import console, interrupt, operate, progress
from bot.settings.load import NormSettings
from rules.loading.loader import load_packs

load_packs(("vo-icr",))
NormSettings()
gc.freeze()
