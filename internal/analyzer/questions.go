package analyzer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/pkg/localize"
)

// KindNote is the kind of an event that holds the answer to a question that
// localizes nothing.
const KindNote = "NOTE"

// question is a standing question.
type question struct {
	text string
	// condition is what the question localizes; none for a free question.
	condition localize.Condition
	localizes bool
}

// parseQuestions reads condition codes and questions.
func parseQuestions(list []string) ([]question, error) {
	questions := make([]question, 0, len(list))
	for _, entry := range list {
		q, err := parseQuestion(strings.TrimSpace(entry))
		if err != nil {
			return nil, err
		}
		questions = append(questions, q)
	}
	return questions, nil
}

func parseQuestion(entry string) (question, error) {
	if c, ok := localize.ByCode(entry); ok {
		return question{text: localize.Question(c), condition: c, localizes: true}, nil
	}
	if c, ok := localize.ParseQuestion(entry); ok {
		return question{text: entry, condition: c, localizes: true}, nil
	}
	if !strings.ContainsRune(entry, ' ') {
		return question{}, fmt.Errorf("standing question %q is neither a condition's code (such as V) nor a question", entry)
	}
	return question{text: entry}, nil
}

// codes are those of the conditions asked for, "V,A,L,R".
func codes(questions []question) string {
	var all []string
	for _, q := range questions {
		if q.localizes && !slices.Contains(all, q.condition.Code) {
			all = append(all, q.condition.Code)
		}
	}
	return strings.Join(all, ",")
}

// answerable leaves out the questions for conditions that the model does not
// locate: its answers to them would mean nothing.
func answerable(questions []question, codes []string) (kept, left []question) {
	for _, q := range questions {
		if q.localizes && !slices.Contains(codes, q.condition.Code) {
			left = append(left, q)
		} else {
			kept = append(kept, q)
		}
	}
	return kept, left
}

// standing finds the questions of a device. It is for one goroutine.
type standing struct {
	registry Registry
	defaults []question
	codes    []string // of the conditions that the model locates
	log      zerolog.Logger
	parsed   map[string][]question // by the list of the registry, joined
}

func (s *standing) of(device string) []question {
	known, err := s.registry.Lookup(device)
	if err != nil || len(known.Questions) == 0 {
		return s.defaults
	}
	list := strings.Join(known.Questions, "\n")
	questions, ok := s.parsed[list]
	if !ok {
		if questions, err = parseQuestions(known.Questions); err != nil {
			s.log.Error().Err(err).Str("device", device).Msg("the default questions are asked: correct the device's questions in the registry")
			questions = s.defaults
		}
		kept, left := answerable(questions, s.codes)
		for _, q := range left {
			s.log.Error().Str("device", device).Str("question", q.text).Msg("the model does not locate this: the question is left out")
		}
		questions = kept
		s.parsed[list] = questions
	}
	return questions
}
