package cli

import (
	"bufio"
	"fmt"
	"os"

	"github.com/holterd/holter/internal/locate"
)

// read reads the answers that are given, or the questions.
func (f evalFlags) read() (answers []locate.Prediction, tests []locate.Test, err error) {
	for _, path := range f.answers {
		some, err := readAnswers(path)
		if err != nil {
			return nil, nil, err
		}
		answers = append(answers, some...)
	}
	if f.tests != "" {
		tests, err = readTests(f.tests)
	}
	return answers, tests, err
}

func readAnswers(path string) ([]locate.Prediction, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the answers: %w; name a file of answers with --answers", err)
	}
	defer file.Close() //nolint:errcheck // only read from
	answers, err := locate.ReadAnswers(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("read the answers of %s: %w; --answers takes lines as holter locate --tests writes them", path, err)
	}
	return answers, nil
}
