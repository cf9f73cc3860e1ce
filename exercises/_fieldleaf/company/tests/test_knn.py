import unittest

from fieldleaf.knn import winner


class Winner(unittest.TestCase):
    def test_most_votes_win(self):
        self.assertEqual(winner({'oak': 3, 'birch': 2}), 'oak')

    def test_of_equals_the_first_in_the_alphabet_wins(self):
        self.assertEqual(winner({'oak': 2, 'birch': 2, 'maple': 1}), 'birch')


if __name__ == '__main__':
    unittest.main()
