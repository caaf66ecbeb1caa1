package analyzer

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
)

// Model answers questions about windows. Ask returns one answer for each
// request, in order; it is called by several goroutines at once. An error fails
// all of them and is tried again.
type Model interface {
	Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error)
	Info() model.Info
}

// Store keeps events and analysed windows; *influx.Store does. Writing the same
// event or window again must change nothing. An *influx.RejectedError lists
// what will never be stored; any other error is tried again.
type Store interface {
	WriteEvents(ctx context.Context, events []localize.Event) error
	WriteWindows(ctx context.Context, windows []influx.Window) error
	Ping(ctx context.Context) error
}

// Registry knows the devices; *registry.Registry does. A device that is unknown
// or has no questions is asked the default ones.
type Registry interface {
	Lookup(device string) (registry.Device, error)
}

// Observer is told of every window when its events are stored. It is called by
// several goroutines at once and must return soon.
type Observer interface {
	Analysed(Analysed)
}

// Analysed is what became of one window.
type Analysed struct {
	influx.Window
	Answers []Answer
	// Events are those that this window made or changed.
	Events []localize.Event
}

// Answer is a question to the model and its answer.
type Answer struct {
	Question, Text string
	Confidence     float64
}

// writer is what the analyzer writes to Kafka with; *kafka.Writer is one.
type writer interface {
	Write(ctx context.Context, topic string, messages ...kafka.Message) error
	WriteTo(ctx context.Context, topic string, partition int, messages ...kafka.Message) error
}

// history reads back what was written to a compacted topic; *kafka.Client does.
type history interface {
	ReadCompacted(ctx context.Context, topic string, partition int) (map[string]kafka.Message, error)
}

// source is a partition of ecg.samples; *kafka.Partition is one.
type source interface {
	Read(ctx context.Context) (kafka.Message, error)
	Commit(next int64) error
}

// clock tells the time; time.Now but in tests.
type clock func() time.Time
