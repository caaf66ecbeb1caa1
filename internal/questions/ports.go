package questions

import (
	"context"
	"iter"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/model"
)

// Model answers questions about clips; the analyzer's own.
type Model interface {
	Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error)
	Info() model.Info
}

// records reads a partition on; *kafka.Client does.
type records interface {
	Records(ctx context.Context, topic string, partition int, from int64) iter.Seq2[kafka.Message, error]
}
