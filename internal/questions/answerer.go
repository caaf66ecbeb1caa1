package questions

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	// mostWaiting is how many questions wait at most.
	mostWaiting = 8
	// catchUp is how far back questions are read when a partition is taken over, so
	// that one that came meanwhile is answered.
	catchUp = time.Minute
	// lookFor is how long the records before the first are looked at: they may be
	// gone, and no others come.
	lookFor = 10 * time.Second
)

// Answerer answers the questions about the patients of an analyzer. Its methods are
// safe for concurrent use.
type Answerer struct {
	model   Model
	archive string
	maxGap  time.Duration
	client  *kafka.Client
	writer  *kafka.Writer
	log     zerolog.Logger
	metrics *metrics

	waiting chan job
}

// job is a question that has been taken.
type job struct {
	id string
	Question
	until  time.Time
	source source
}

// Options say what an Answerer works with.
type Options struct {
	Model  Model
	Client *kafka.Client
	// Archive is the archive's folder, which may not be there.
	Archive string
	// MaxGap is window.max_gap.
	MaxGap time.Duration
	Log    zerolog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
}

// NewAnswerer returns an answerer; Run makes it work.
func NewAnswerer(o Options) *Answerer {
	return &Answerer{
		model: o.Model, archive: o.Archive, maxGap: o.MaxGap, client: o.Client, writer: o.Client.NewWriter(),
		log: o.Log, metrics: newMetrics(o.Metrics), waiting: make(chan job, mostWaiting),
	}
}

// Serve takes the questions of a partition until ctx is done. Held knows the signal
// from an offset of ecg.samples on; of what is before, Serve looks up the newest.
func (a *Answerer) Serve(ctx context.Context, partition int, held *Held, from int64) {
	a.lookBack(ctx, partition, held, from)
	src := source{partition: partition, held: held, records: a.client, archive: a.archive, maxGap: a.maxGap}
	_ = a.client.Tail(ctx, kafka.TopicQuestions, partition, time.Now().Add(-catchUp), func(m kafka.Message) error {
		a.take(ctx, m, src)
		return nil
	}, nil) // it ends with ctx
}

// lookBack tells held of the records before an offset.
func (a *Answerer) lookBack(ctx context.Context, partition int, held *Held, before int64) {
	first := max(before-mostChunks, 0)
	if first >= before {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	for m, err := range a.client.Records(ctx, kafka.TopicSamples, partition, first) {
		if err != nil || m.Offset >= before {
			return // the error is that the time is over
		}
		if p := pieceOf(m); p != nil {
			held.Add(string(m.Key), p.device, p.Start, p.end, m.Offset)
		}
		if m.Offset == before-1 {
			return
		}
	}
}

// take puts a question into the queue, or refuses it.
func (a *Answerer) take(ctx context.Context, m kafka.Message, src source) {
	var message holterv1.Question
	if err := proto.Unmarshal(m.Value, &message); err != nil {
		a.log.Warn().Err(err).Int("partition", m.Partition).Int64("offset", m.Offset).Msg("a question cannot be read")
		return
	}
	j := job{id: message.GetId(), Question: questionOf(&message), until: instantOf(message.GetUntilNs()), source: src}
	if !time.Now().Before(j.until) {
		return // nobody waits any more
	}
	part := &holterv1.Answer{Part: &holterv1.Answer_Taken_{Taken: &holterv1.Answer_Taken{}}}
	select {
	case a.waiting <- j:
	default:
		a.metrics.questions.WithLabelValues("busy").Inc()
		busy := problem(Busy, "ask again in a moment", "%d questions wait already", mostWaiting)
		part.Part = &holterv1.Answer_Failure_{Failure: busy.failure()}
	}
	if err := a.send(ctx, j, part); err != nil {
		a.log.Warn().Err(err).Str("patient", j.Patient).Msg("cannot tell the asker that the question is taken")
	}
}

// Run answers the questions that were taken, one at a time, until ctx is done.
func (a *Answerer) Run(ctx context.Context) {
	for {
		select {
		case j := <-a.waiting:
			a.answer(ctx, j)
		case <-ctx.Done():
			return
		}
	}
}

func (a *Answerer) answer(ctx context.Context, j job) {
	began := time.Now()
	waited, cancel := context.WithDeadline(ctx, j.until)
	defer cancel()
	reply := newReply(func(part *holterv1.Answer) error { return a.send(waited, j, part) })
	answer, err := a.ask(waited, j, reply.wrote)
	if waited.Err() != nil {
		a.metrics.questions.WithLabelValues("late").Inc()
		reply.close()
		return
	}
	outcome, last := "answered", &holterv1.Answer{}
	if err != nil {
		p := asProblem(err)
		outcome = "refused"
		if p.Reason == Failed {
			outcome = "failed"
			a.log.Error().Err(err).Str("patient", j.Patient).Msg("a question cannot be answered")
		}
		last.Part = &holterv1.Answer_Failure_{Failure: p.failure()}
	} else {
		last.Part = &holterv1.Answer_Whole_{Whole: answer.message()}
	}
	reply.close()
	if err := a.send(waited, j, last); err != nil {
		a.log.Warn().Err(err).Str("patient", j.Patient).Msg("an answer cannot be sent")
		outcome = "failed"
	}
	a.metrics.questions.WithLabelValues(outcome).Inc()
	a.metrics.seconds.Observe(time.Since(began).Seconds())
	a.log.Info().Str("patient", j.Patient).Str("by", j.By).Str("outcome", outcome).Dur("took", time.Since(began)).Msg("question dealt with")
}

func (a *Answerer) send(ctx context.Context, j job, part *holterv1.Answer) error {
	part.Question = j.id
	value, err := proto.Marshal(part)
	if err != nil {
		return err
	}
	return a.writer.WriteTo(ctx, kafka.TopicAnswers, j.source.partition, kafka.PatientMessage(j.Patient, value))
}

func (a *Answerer) modelName() string {
	info := a.model.Info()
	return strings.TrimSpace(info.Name + " " + info.Version)
}
