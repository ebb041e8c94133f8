"""The engine of Pollux: one local address for the Gemini API over a pool of credentials.

It knows nothing of any window. `proxy_core.api` is the front door for other programs,
`python -m proxy_core` the headless proxy. Layers, imports pointing down only; neighbours joined
by `|` do not see each other (import-linter holds it, see pyproject.toml):

    __main__ | api
    demo | host                       an engine on the pretend Google; the façade's side of the loop
    cli | simulator                   terminal commands; the pretend Google
    connect                           settings of the tools that use Pollux
    assembly                          builds everything, the one place that knows concrete classes
    engine                            start, stop, snapshot, watch, commands, sign-in, doctor
    server | usage | exchange_log     HTTP in; statistics and the log as event subscribers
    memory | relay                    what outlives a restart; lease + send, the loop over failures
    pool | upstream | retry           which credential; HTTP out; verdicts
    events | snapshot | commands      what happened; the state now; what an owner may ask
    credentials | dialects            who we are at Google; what clients speak
    gemini                            Google's wire format: the pivot
    settings | tasks | logs | clock
    disk | errors | ports | redaction

One request, from the listener to Google and back:

1. `server` accepts the exchange: Host, bearer token, body limit, request id. It finds the dialect
   by the route.
2. The dialect's `parse` turns the body into a call: model, action and a body in Gemini's own JSON.
   The native dialect leaves the bytes alone. A mistake of the client ends here as `BadRequest`.
3. `relay` asks `pool` for a lease: one credential that is free for this model, in the order that
   `pool.rotation` gives. `upstream` sends the call with it and returns Google's first chunk; where
   the credential is used with Vertex AI, `gemini.vertex` rewrites the call for that one send.
4. Without a first chunk there is a cause (`gemini.faults`), from the cause a verdict (`retry`),
   and `relay` carries it out: repair and send again, rest the credential and take the next, wait,
   or give up. With the first chunk the exchange is committed, and nothing is retried any more; a
   long answer of several hops goes on where Google says that it can.
5. The dialect's renderer folds the chunks into frames for the client, or into one whole answer.
   However the stream ends, the lease is given back once, and the truth about the end is told.
6. `events` say what happened; `snapshot` is the state that a window, the page and `--json` show.

Three things bend this way without leaving it. A name that stands for several models is parsed and
sent once for each until one answers (`server.chain`). What a project keeps at Google (files,
caches, batches, stores, interactions) is asked for as bytes, with a credential of the project that
owns it (`relay.owners`, `relay.passing`); a call that names such a thing is pinned there too. A
Live session is leased and opened like a stream; then its frames are only handed on (`server.live`).

What an owner asks (add, sign in, check, remove, change a setting) are the `commands`: one contract
for the terminal, the page and its admin API in `server.admin`, and the window through `api`. The
`engine` carries them out: `keeping` sees to the stores, `sign_in` to Google's consent, `memory` to
what must not be forgotten. Nothing of it is on the way of a request.

Gemini's own JSON is the pivot: there is no model between the dialects and Google, and unknown
fields pass through. The alternative, one neutral model for all dialects, lost: it would have to
grow with each API, and everything it does not know yet would be dropped on the way.
"""

__version__ = "0.1.0"
