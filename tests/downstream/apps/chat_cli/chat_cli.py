"""Ask a model from the terminal, and read the answer as it comes."""

import argparse
import sys

import anthropic


class Chat:
    """A conversation: what was said so far, and where it is shown."""

    def __init__(self, client=None, write=None):
        self._client = client or anthropic.Anthropic()
        self._write = write or self._to_terminal
        self.history = []
        self.stopped = False

    def stop(self):
        """Stop the answer that is coming; what there is of it is kept."""
        self.stopped = True

    def ask(self, question):
        """Ask, show the answer while it comes, and return it.

        What is shown is kept in the history, also where the answer breaks off.
        """
        self.stopped = False
        self.history.append({"role": "user", "content": question})
        shown = []
        try:
            with self._client.messages.stream(
                model="claude-haiku-5-5", max_tokens=500, messages=list(self.history)
            ) as stream:
                for text in stream.text_stream:
                    shown.append(text)
                    self._write(text)
                    if self.stopped:
                        break
        finally:
            if shown:
                self.history.append({"role": "assistant", "content": "".join(shown)})
        return "".join(shown)

    @staticmethod
    def _to_terminal(text):
        sys.stdout.write(text)
        sys.stdout.flush()


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="chat", description=__doc__)
    parser.add_argument("question")
    question = parser.parse_args(arguments).question
    try:
        Chat().ask(question)
    except KeyboardInterrupt:
        print("\n(stopped)")
        return 130
    except anthropic.APIStatusError as error:
        print(f"\nchat: the service says: {error.type or error.status_code}", file=sys.stderr)
        return 2
    except Exception as error:  # a connection that breaks in the middle has no class of the SDK's
        print(f"\nchat: the answer broke off: {error}", file=sys.stderr)
        return 1
    print()
    return 0
