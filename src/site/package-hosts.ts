/** Where `pip` finds packages that are not on the learner's computer: the public index, and the host of its files. Asked only when somebody types pip. */
export const packageHosts: readonly string[] = ['https://pypi.org', 'https://files.pythonhosted.org'];
