"""A small news site as one meets them: three newsrooms, their feeds, and a signup form in it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from flask import Flask, Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from mailer import resources
from mailer.clock import Clock
from mailer.demo.articles import Newsroom, Outlet, Story
from mailer.demo.pictures import picture
from mailer.demo.sample_feeds import feed, feed_path, feed_type
from mailer.rendering.theme import css_variables

ON_A_PAGE = 8  # stories of one section on the front page


@dataclass(frozen=True, slots=True)
class SignupForm:
    """Where the site's forms are sent: a newsletter on another origin."""

    base_url: str
    newsletter: str

    @property
    def action(self) -> str:
        return f"{self.base_url}/subscribe/{self.newsletter}"


@dataclass
class Looks:
    """How often each feed was asked for, by the answer's status."""

    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def note(self, outlet: Outlet, status: int) -> None:
        with self._lock:
            self.counts[outlet.slug, status] += 1

    def of(self, outlet: str, status: int) -> int:
        with self._lock:
            return self.counts[outlet, status]


def create_sample_site(
    newsroom: Newsroom, clock: Clock, form: SignupForm, looks: Looks | None = None
) -> Flask:
    """Return the site. Its forms post to another origin, as they do in real life."""
    folder = resources.folder("templates") / "demo"
    app = Flask(__name__, template_folder=str(folder), static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["clock"] = _clock_time
    app.jinja_env.globals.update(
        form=form, outlets=newsroom.outlets, feed_path=feed_path, feed_type=feed_type
    )
    _add_pages(app, newsroom, clock)
    _add_feeds(app, newsroom, clock, looks or Looks())
    _add_furniture(app, newsroom, clock)
    return app


def _add_pages(app: Flask, newsroom: Newsroom, clock: Clock) -> None:
    @app.get("/")
    def front() -> str:
        stories = newsroom.published(clock.now())
        sections = {
            outlet: [story for story in stories if story.outlet == outlet][:ON_A_PAGE]
            for outlet in newsroom.outlets.values()
        }
        return render_template("front.html", lead=_lead(stories), sections=sections)

    @app.get("/<outlet>/")
    def section(outlet: str) -> str:
        if outlet not in newsroom.outlets:
            abort(404)
        return render_template(
            "section.html",
            outlet=newsroom.outlets[outlet],
            stories=_of(newsroom.published(clock.now()), outlet),
        )

    @app.get("/<outlet>/<slug>")
    def article(outlet: str, slug: str) -> str:
        story = newsroom.find(f"/{outlet}/{slug}", clock.now())
        if story is None:
            abort(404)
        stories = _of(newsroom.published(clock.now()), outlet)
        place = stories.index(story) if story in stories else None
        return render_template(
            "article.html",
            story=story,
            previous=_at(stories, None if place is None else place + 1),
            following=_at(stories, None if place is None else place - 1),
        )


def _add_feeds(app: Flask, newsroom: Newsroom, clock: Clock, looks: Looks) -> None:
    def answer(outlet: Outlet) -> AnyResponse:
        stories = _of(newsroom.published(clock.now()), outlet.slug)
        root = request.host_url.rstrip("/")
        document = feed(outlet, stories, lambda path: root + path)
        response = Response(document, content_type=feed_type(outlet))
        response.add_etag()
        response.last_modified = stories[0].published_at if stories else None
        conditional = response.make_conditional(request)
        looks.note(outlet, conditional.status_code)
        return conditional

    for outlet in newsroom.outlets.values():
        app.add_url_rule(
            feed_path(outlet),
            endpoint=f"feed of {outlet.slug}",
            view_func=answer,
            defaults={"outlet": outlet},
        )


def _add_furniture(app: Flask, newsroom: Newsroom, clock: Clock) -> None:
    @app.get("/pictures/<outlet>/<slug>.png")
    def photo(outlet: str, slug: str) -> Response:
        story = newsroom.find(f"/{outlet}/{slug}", clock.now())
        if story is None or story.photo is None:
            abort(404)
        # Two outlets that carry one story carry one picture.
        response = Response(picture(story.photo.scene, slug), content_type="image/png")
        response.cache_control.max_age = 3600
        return response

    @app.post("/comment")
    def comment() -> str:
        return render_template("comment.html")

    @app.get("/site.css")
    def style() -> Response:
        sheet = render_template("site.css", tokens=css_variables())
        return Response(sheet, content_type="text/css; charset=utf-8")

    @app.get("/icon.svg")
    def icon() -> Response:
        return Response(render_template("icon.svg"), content_type="image/svg+xml")

    @app.get("/site.js")
    def script() -> Response:
        return Response(render_template("site.js"), content_type="text/javascript; charset=utf-8")


def _of(stories: list[Story], outlet: str) -> list[Story]:
    return [story for story in stories if story.outlet.slug == outlet]


def _at(stories: list[Story], place: int | None) -> Story | None:
    if place is None or not 0 <= place < len(stories):
        return None
    return stories[place]


def _lead(stories: list[Story]) -> Story | None:
    return next((story for story in stories if story.photo is not None), None)


def _clock_time(moment: datetime) -> str:
    return moment.strftime("%d %B %Y, %H:%M UTC")
