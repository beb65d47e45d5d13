"""The page of an error: a problem of the API's, told in Russian."""

import re
from collections.abc import Mapping

from fastapi import Response

from app.domain.json import Json
from app.pages import words
from app.pages.templates import PAGE_HEADERS, render

_TITLES = {
    400: "Адрес записан неверно",
    404: "Здесь ничего нет",
    405: "Страницы можно только читать",
    414: "Адрес слишком длинный",
    422: "Условия записаны неверно",
    500: "Ошибка на сервере",
    503: "Сейчас ответить не получается",
}
_TEXTS = {
    400: "Путь и условия адреса должны быть записаны в UTF-8 с процентным кодированием.",
    404: "По этому адресу нет ни страницы, ни записи: в нём опечатка, или запись убрана.",
    405: "Здесь разрешены только запросы GET, HEAD и OPTIONS.",
    414: "Уберите часть условий.",
    422: "Ниже сказано, какие условия в адресе неверны и что на их месте допустимо.",
    500: "Это наша ошибка, она записана в журнал.",
    503: "База данных недоступна или занята. Повторите запрос немного позже или уточните его.",
}
_OTHER = "Запрос не выполнен"

_ALLOWED = (
    (r"One of: (.*)", r"одно из имён: \1"),
    (r"No parameters", "условий здесь нет"),
    (r"(\w+) once", r"\1 – только один раз"),
    (r"Input should be ('.*')", r"одно из значений: \1"),
    (r"Input should be greater than or equal to (\d+)", r"число не меньше \1"),
    (r"Input should be less than or equal to (\d+)", r"число не больше \1"),
    (r"Input should be a valid boolean.*", "true или false"),
    (r"String should have at least (\d+) characters?", r"знаков: не меньше \1"),
    (r"String should have at most (\d+) characters?", r"знаков: не больше \1"),
    (r"String should match pattern .*\(0\|\[1-9\].*", "начало,конец: два целых числа"),
    (r"String should match pattern .*\[0-9a-f\].*", "16 знаков 0–9 и a–f"),
    (r"String should match pattern .*«»„“.*", "текст не из одних пробелов и кавычек"),
    (r"String should match pattern (.*)", r"текст по образцу \1"),
    (r"List should have at most (\d+) items?.*", r"не больше \1 значений"),
    (r"a whole number in plain digits", "целое число цифрами"),
    (r"a whole number of at most (\d+) digits", r"целое число не длиннее \1 цифр"),
    (r"a text with something besides .*", "текст не из одних пробелов и кавычек"),
    (r"a date such as (.*)", r"дата вида \1"),
    (r"Input should be a valid date.*", "существующая дата"),
    (
        r"two offsets start,end with start < end <= (\d+)",
        r"начало,конец; конец больше начала и не больше \1",
    ),
    (r"An id in Latin letters, such as omsk.*", "имя записи латиницей, как omsk: его найдёт поиск"),
    (r"The cursor of a page's .*", "ссылка «Дальше» со страницы с теми же условиями"),
)
"""The Russian text for each message of the API, by the message's pattern."""


def respond_error(problem: Json, headers: Mapping[str, str] | None) -> Response:
    """Return the page of a problem."""
    status = problem["status"]
    body = render(
        "error.html",
        status=status,
        title=_TITLES.get(status, _OTHER),
        text=_TEXTS.get(status, ""),
        errors=[
            {
                "where": _place(each["where"]),
                "sent": each["sent"],
                "allowed": _allowed(each["allowed"]),
            }
            for each in problem.get("errors", [])
        ],
        request_id=problem.get("request_id"),
    )
    return Response(body, status, {**(headers or {}), **PAGE_HEADERS}, media_type="text/html")


def _place(where: str) -> str:
    """Return the name of a parameter, with what people call it."""
    name = where.removeprefix("query.").partition(".")[0]
    label = words.parameter(name)
    return name if label == name else f"{name} ({label})"


def _allowed(text: str) -> str:
    """Return in Russian what is allowed, the text itself where it is none of ``_ALLOWED``."""
    for pattern, russian in _ALLOWED:
        if match := re.fullmatch(pattern, text):
            return match.expand(russian).replace(" or ", " или ").replace("'", "")
    return text
