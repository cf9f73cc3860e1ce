"""Seven numbers that describe the leaf on a photo."""
from math import pi, sqrt

NAMES = ('area', 'perimeter', 'aspect', 'compactness', 'lobedness', 'skew', 'brightness')


def features(photo):
    """Measures one photo (rows of grey values). The numbers come in the order of NAMES."""
    return shape(photo) + [brightness(photo)]


def shape(photo):
    """What the outline tells.

    area         pixels that the leaf covers
    perimeter    pixel sides between leaf and ground
    aspect       length over width, 1 for a round leaf
    compactness  1 for a disc, less for a ragged outline
    lobedness    how much the outline's distance from the middle varies
    skew         which way along the photo the leaf is heavier
    """
    height, width = len(photo), len(photo[0])
    threshold = otsu(photo)
    leaf = [[grey < threshold for grey in row] for row in photo]
    pixels = [(x, y) for y in range(height) for x in range(width) if leaf[y][x]]
    area = len(pixels)
    if area < 5:
        return [float(area), 0.0, 0.0, 0.0, 0.0, 0.0]

    middle_x = sum(x for x, _ in pixels) / area
    middle_y = sum(y for _, y in pixels) / area
    perimeter, reach = 0, []
    xx = yy = xy = yyy = 0.0
    for x, y in pixels:
        open_sides = (
            (x == 0 or not leaf[y][x - 1])
            + (x == width - 1 or not leaf[y][x + 1])
            + (y == 0 or not leaf[y - 1][x])
            + (y == height - 1 or not leaf[y + 1][x])
        )
        dx, dy = x - middle_x, y - middle_y
        xx += dx * dx
        yy += dy * dy
        xy += dx * dy
        yyy += dy * dy * dy
        if open_sides:
            perimeter += open_sides
            reach.append(sqrt(dx * dx + dy * dy))
    xx, yy, xy, yyy = xx / area + 1 / 12, yy / area + 1 / 12, xy / area, yyy / area

    half_sum, half_gap = (xx + yy) / 2, sqrt(((xx - yy) / 2) ** 2 + xy * xy)
    aspect = sqrt((half_sum + half_gap) / max(half_sum - half_gap, 1e-6))
    compactness = 4 * pi * area / perimeter**2
    mean_reach = sum(reach) / len(reach)
    lobedness = sqrt(sum((r - mean_reach) ** 2 for r in reach) / len(reach)) / mean_reach
    skew = yyy / (yy * sqrt(yy))
    return [float(area), float(perimeter), aspect, compactness, lobedness, skew]


def brightness(photo):
    """The mean grey value of the whole photo."""
    return sum(map(sum, photo)) / sum(map(len, photo))


def otsu(photo):
    """The grey value that best separates leaf (below it) from ground, by Otsu's method on the histogram."""
    histogram = [0] * 256
    for row in photo:
        for grey in row:
            histogram[grey] += 1
    count = sum(histogram)
    total = sum(grey * n for grey, n in enumerate(histogram))
    best, threshold = 0.0, 128
    below = below_total = 0
    for grey, n in enumerate(histogram):
        if n and below:
            above = count - below
            gap = below_total / below - (total - below_total) / above
            spread = below * above * gap * gap
            if spread > best:
                best, threshold = spread, grey
        below += n
        below_total += grey * n
    return threshold
