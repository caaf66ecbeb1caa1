package kafka_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/kafka"
)

func TestTailBeginsWhereItIsTold(t *testing.T) {
	_, client := newTopics(t)
	writer := client.NewWriter()
	begin := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	at := func(minute int, value string) kafka.Message {
		m := kafka.PatientMessage("anna", []byte(value))
		m.Time = begin.Add(time.Duration(minute) * time.Minute)
		return m
	}
	require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicStatus, 2, at(0, "a"), at(1, "b"), at(2, "c")))
	enough := errors.New("enough")
	tail := func(from time.Time) (got string) {
		ready := make(chan struct{}, 1)
		go func() {
			select {
			case <-ready:
			case <-t.Context().Done():
				return
			}
			_ = writer.WriteTo(context.WithoutCancel(t.Context()), kafka.TopicStatus, 2, at(3, "."))
		}()
		err := client.Tail(deadline(t), kafka.TopicStatus, 2, from, func(m kafka.Message) error {
			if got += string(m.Value); string(m.Value) == "." {
				return enough
			}
			return nil
		}, func() { got += "|"; ready <- struct{}{} })
		require.ErrorIs(t, err, enough)
		return got
	}
	require.Equal(t, "|.", tail(kafka.Newest))
	require.Equal(t, "bc", tail(begin.Add(time.Minute))[:2])
	require.Equal(t, "|.", tail(begin.Add(time.Hour)), "nothing is as new")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, client.Tail(ctx, kafka.TopicStatus, 2, kafka.Newest, nil, nil), context.Canceled)
	var all string
	require.ErrorIs(t, client.Tail(deadline(t), kafka.TopicStatus, 2, kafka.Oldest, func(m kafka.Message) error {
		if all += string(m.Value); len(all) == 5 {
			return enough
		}
		return nil
	}, nil), enough)
	require.Equal(t, "abc..", all)
}
