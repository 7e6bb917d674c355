"""Half a character in an answer becomes the sign for one that was lost; all else stays as it is."""

from __future__ import annotations

import json

import pytest
import requests
from flask import Flask

from connectors.shared.http import Adapter
from connectors.shared.surrogates import without_halves
from sandbox.server import Server


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Deploy \ud83d of the portal", "Deploy \ufffd of the portal"),
        ("cut \ud83d", "cut \ufffd"),
        ("\udea6 begins", "\ufffd begins"),
        ("\ud83d\ud83d\udea6", "\ufffd🚦"),
        ("🚦 whole", "🚦 whole"),
        ("\\ud83d is written out", "\\ud83d is written out"),
        ("C:\\users\\ud83d", "C:\\users\\ud83d"),
        ('"quoted" \\ \n \u2028', '"quoted" \\ \n \u2028'),
        ("plain", "plain"),
    ],
)
def test_halves_of_characters(text, whole):
    assert json.loads(without_halves(json.dumps({text: [text]}).encode())) == {whole: [whole]}
    upper = json.dumps(text).replace("\\ud83d", "\\uD83D").encode()
    assert json.loads(without_halves(upper)).encode("utf-8")


def test_an_answer_is_read_without_them():
    app = Flask(__name__)

    @app.get("/")
    def answer():
        return {"title": "cut \ud83d"}

    with Server(app) as server, requests.Session() as session:
        session.mount("http://", Adapter("jira"))
        assert session.get(server.url).json() == {"title": "cut \ufffd"}
