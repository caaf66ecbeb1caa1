package questions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Asker asks. It is safe for concurrent use.
type Asker struct {
	client     *kafka.Client
	writer     *kafka.Writer
	partitions int
	// patience is how long an analyzer may take to say that it has the question.
	patience time.Duration
}

// patience covers a partition that changes hands, but for a killed analyzer's, whose
// partitions are free after its session.
const patience = 5 * time.Second

// NewAsker returns an asker; partitions is kafka.partitions.
func NewAsker(client *kafka.Client, partitions int) *Asker {
	return &Asker{client: client, writer: client.NewWriter(), partitions: partitions, patience: patience}
}

var errNobody = errors.New("nobody has taken the question")

// Ask asks and waits for the answer, at most so long. wrote, which may be nil, is
// given the text piece by piece while it is written. An *Error says why there is no
// answer.
func (a *Asker) Ask(ctx context.Context, q Question, within time.Duration, wrote func(piece string)) (Answer, error) {
	if err := q.check(); err != nil {
		return Answer{}, err
	}
	q = q.spelled()
	now := time.Now()
	id, partition := rand.Text(), kafka.PartitionFor(q.Patient, a.partitions)
	value, err := proto.Marshal(q.message(id, now, now.Add(within)))
	if err != nil {
		return Answer{}, fmt.Errorf("write the question: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	waiting, giveUp := context.WithCancelCause(waiting)
	defer giveUp(nil)
	from, err := a.client.End(waiting, kafka.TopicAnswers, partition)
	if err == nil {
		err = a.writer.WriteTo(waiting, kafka.TopicQuestions, partition, kafka.PatientMessage(q.Patient, value))
	}
	if err != nil {
		return Answer{}, a.failed(ctx, q, partition, within, err)
	}
	untaken := time.AfterFunc(a.patience, func() { giveUp(errNobody) })
	defer untaken.Stop()
	var heard hearing
	for m, err := range a.client.Records(waiting, kafka.TopicAnswers, partition, from) {
		if err != nil {
			return Answer{}, a.failed(ctx, q, partition, within, context.Cause(waiting))
		}
		var part holterv1.Answer
		if proto.Unmarshal(m.Value, &part) != nil || part.GetQuestion() != id {
			continue
		}
		untaken.Stop()
		if answer, err, done := heard.take(&part, wrote); done {
			return answer, err
		}
	}
	return Answer{}, errNobody // not reached: the records end with an error
}

// failed tells what has become of a question.
func (a *Asker) failed(ctx context.Context, q Question, partition int, within time.Duration, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errNobody):
		return problem(Nobody, "check that an analyzer runs and is ready, and ask again when one has taken over",
			"no analyzer holds the signal of patient %q: nobody answers on partition %d of %s within %s", q.Patient, partition, kafka.TopicQuestions, a.patience)
	case errors.Is(err, context.DeadlineExceeded):
		return problem(Late, "ask about less signal, or wait longer", "an answer about patient %q did not come within %s", q.Patient, within)
	}
	return problem(Failed, "the topics are made by holter init, or by any service that runs", "ask about patient %q: %w", q.Patient, err)
}

// hearing is what has been heard of an answer.
type hearing struct{ text string }

// take takes a part; done when it is the last one. What was heard already, from
// another analyzer perhaps, is not heard again.
func (h *hearing) take(part *holterv1.Answer, wrote func(string)) (a Answer, err error, done bool) { //nolint:revive,staticcheck // err is the answer's
	switch p := part.GetPart().(type) {
	case *holterv1.Answer_Piece_:
		h.more(int(p.Piece.GetAt()), p.Piece.GetText(), wrote)
	case *holterv1.Answer_Whole_:
		if strings.HasPrefix(p.Whole.GetText(), h.text) {
			h.more(0, p.Whole.GetText(), wrote)
		}
		return answerOf(p.Whole), nil, true
	case *holterv1.Answer_Failure_:
		return Answer{}, fromFailure(p.Failure), true
	}
	return Answer{}, nil, false
}

func (h *hearing) more(at int, text string, wrote func(string)) {
	if at > len(h.text) || at+len(text) <= len(h.text) {
		return
	}
	piece := text[len(h.text)-at:]
	h.text += piece
	if wrote != nil {
		wrote(piece)
	}
}
