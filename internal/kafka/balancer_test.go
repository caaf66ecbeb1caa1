package kafka

import (
	"math/rand/v2"
	"strconv"
	"testing"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Every partition has one owner, the same in every topic, in whatever order the
// broker lists them.
func TestAlignedBalancer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 30).Draw(t, "partitions")
		var members []kafkago.GroupMember
		for i := range rapid.IntRange(1, 8).Draw(t, "members") {
			members = append(members, kafkago.GroupMember{ID: strconv.Itoa(i)})
		}
		var partitions []kafkago.Partition
		for i := range count {
			partitions = append(partitions, kafkago.Partition{Topic: "x", ID: i}, kafkago.Partition{Topic: "y", ID: i})
		}
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, seed))
		r.Shuffle(len(partitions), func(i, j int) { partitions[i], partitions[j] = partitions[j], partitions[i] })
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })

		owner := make(map[int]string)
		assignments := alignedBalancer{}.AssignGroups(members, partitions)
		for id, topics := range assignments {
			require.Equal(t, topics["x"], topics["y"])
			for _, p := range topics["x"] {
				require.Empty(t, owner[p], "partition %d has two owners", p)
				owner[p] = id
			}
		}
		require.Len(t, owner, count)
	})
}
