package kafka_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/kafka"
)

func TestRecordsFromATimeAndFromTheEnd(t *testing.T) {
	_, client := newTopics(t)
	ctx := deadline(t)
	began := time.Now().Truncate(time.Millisecond).Add(-time.Hour)
	at := func(m kafka.Message, minutes int) kafka.Message {
		m.Time = began.Add(time.Duration(minutes) * time.Minute)
		return m
	}
	writer := client.NewWriter()
	for i, value := range []string{"a", "b", "c"} {
		require.NoError(t, writer.WriteTo(ctx, kafka.TopicQuestions, 1, at(kafka.PatientMessage("p", []byte(value)), 10*i)))
	}
	for since, want := range map[int]int64{-5: 0, 0: 0, 1: 1, 10: 1, 15: 2, 30: 3} {
		offset, err := client.Since(ctx, kafka.TopicQuestions, 1, began.Add(time.Duration(since)*time.Minute))
		require.NoError(t, err)
		require.Equal(t, want, offset, "%d minutes", since)
	}
	end, err := client.End(ctx, kafka.TopicQuestions, 1)
	require.NoError(t, err)
	require.EqualValues(t, 3, end)

	require.NoError(t, writer.WriteTo(ctx, kafka.TopicQuestions, 1, kafka.PatientMessage("p", []byte("d"))))
	for from, want := range map[int64]string{1: "b", end: "d"} {
		for m, err := range client.Records(ctx, kafka.TopicQuestions, 1, from) {
			require.NoError(t, err)
			require.Equal(t, want, string(m.Value))
			break
		}
	}
}
