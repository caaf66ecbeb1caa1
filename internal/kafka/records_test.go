package kafka_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/kafka"
)

func TestRecordsFromAnOffset(t *testing.T) {
	_, client := newTopics(t)
	ctx := deadline(t)
	writer := client.NewWriter()
	write := func(value string) {
		require.NoError(t, writer.WriteTo(ctx, kafka.TopicQuestions, 1, kafka.PatientMessage("p", []byte(value))))
	}
	write("a")
	write("b")
	end, err := client.End(ctx, kafka.TopicQuestions, 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, end)
	write("c")
	for from, want := range map[int64]string{1: "b", end: "c"} {
		for m, err := range client.Records(ctx, kafka.TopicQuestions, 1, from) {
			require.NoError(t, err)
			require.Equal(t, want, string(m.Value))
			break
		}
	}
}
