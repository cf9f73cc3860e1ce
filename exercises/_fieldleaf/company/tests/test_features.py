import unittest

from fieldleaf.features import NAMES, features, otsu

LEAF, GROUND = 80, 200


def drawing(width, height, side=16):
    """A dark rectangle in the middle of a light ground."""
    left, top = (side - width) // 2, (side - height) // 2
    return [
        [LEAF if left <= x < left + width and top <= y < top + height else GROUND for x in range(side)] for y in range(side)
    ]


class Features(unittest.TestCase):
    def measured(self, photo):
        return dict(zip(NAMES, features(photo), strict=True))

    def test_a_rectangle_has_its_area_and_perimeter(self):
        numbers = self.measured(drawing(4, 10))
        self.assertEqual(numbers['area'], 40)
        self.assertEqual(numbers['perimeter'], 28)

    def test_a_long_leaf_has_a_larger_aspect_than_a_square_one(self):
        self.assertAlmostEqual(self.measured(drawing(6, 6))['aspect'], 1.0)
        self.assertAlmostEqual(self.measured(drawing(3, 12))['aspect'], 4.0)

    def test_a_darker_exposure_leaves_the_outline_as_it_is(self):
        darker = [[grey - 40 for grey in row] for row in drawing(5, 9)]
        self.assertEqual(self.measured(darker)['area'], self.measured(drawing(5, 9))['area'])

    def test_an_empty_photo_is_measured_too(self):
        self.assertEqual(len(features([[200] * 16 for _ in range(16)])), len(NAMES))

    def test_the_threshold_lies_between_leaf_and_ground(self):
        threshold = otsu(drawing(5, 9))
        self.assertTrue(LEAF < threshold <= GROUND, threshold)


if __name__ == '__main__':
    unittest.main()
