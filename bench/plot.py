"""Lines over two axes, as SVG."""

WIDTH, HEIGHT, EDGE = 640, 360, 56
COLOURS = ("#1f6feb", "#d1570b", "#1a7f37", "#8250df")


def ticks(most):
    """Round numbers from 0 to at most `most`, nine of them at most."""
    step = next(part * 10.0**power for power in range(-3, 12) for part in (1, 2, 5) if most / (part * 10.0**power) <= 8)
    return [step * number for number in range(int(most / step) + 1)]


def as_text(number):
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:g}"


def plot(title, x_title, lines, dashed=(), labels=()):
    """`lines` and `dashed`: names and [(x, y)…], from 0 on both axes. `labels`: (x, y, text), each with a mark."""
    everything = [pair for points in (*dict(lines).values(), *dict(dashed).values()) for pair in points] + [(x, y) for x, y, _ in labels]
    x_most, y_most = max(x for x, _ in everything) or 1, 1.08 * max(y for _, y in everything) or 1

    def at(x, y):
        return EDGE + x / x_most * (WIDTH - 2 * EDGE), HEIGHT - EDGE - y / y_most * (HEIGHT - 2 * EDGE)

    def text(x, y, words, more=""):
        return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" {more}>{words}</text>'

    def line(points, style):
        return f'<polyline fill="none" {style} points="{" ".join("%.1f,%.1f" % at(*pair) for pair in points)}"/>'

    drawn = [line([(0, 0), (x_most, 0)], 'stroke="#999"'), line([(0, 0), (0, y_most)], 'stroke="#999"')]
    drawn += [text(at(x, 0)[0], at(x, 0)[1] + 16, as_text(x), 'text-anchor="middle"') for x in ticks(x_most)]
    drawn += [text(EDGE - 6, at(0, y)[1] + 4, as_text(y), 'text-anchor="end"') for y in ticks(y_most)]
    drawn += [line(points, 'stroke="#999" stroke-dasharray="5 4"') for _, points in dashed]
    for number, (name, points) in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        drawn += [line(points, f'stroke="{colour}" stroke-width="2"'), text(WIDTH - EDGE, EDGE - 20 + 16 * number, name, f'text-anchor="end" fill="{colour}"')]
    for x, y, words in labels:
        drawn += ['<circle cx="%.1f" cy="%.1f" r="4" fill="#1f6feb"/>' % at(x, y), text(at(x, y)[0], at(x, y)[1] - 12, words)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
            + "".join(drawn) + text(WIDTH / 2, HEIGHT - 12, x_title, 'text-anchor="middle"') + text(EDGE, 20, title) + "</svg>\n")
