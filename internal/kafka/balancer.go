package kafka

import (
	"cmp"
	"slices"

	kafkago "github.com/segmentio/kafka-go"
)

// alignedBalancer gives each member a range of partition numbers, the same in
// every topic, as Kafka's range assignor does. (The client library's one goes
// by the order in which the broker lists the partitions.)
type alignedBalancer struct{}

func (alignedBalancer) ProtocolName() string { return "range" }

func (alignedBalancer) UserData() ([]byte, error) { return nil, nil }

func (alignedBalancer) AssignGroups(
	members []kafkago.GroupMember, partitions []kafkago.Partition,
) kafkago.GroupMemberAssignments {
	members = slices.SortedFunc(slices.Values(members), func(a, b kafkago.GroupMember) int {
		return cmp.Compare(a.ID, b.ID)
	})
	byTopic := make(map[string][]int)
	for _, p := range partitions {
		byTopic[p.Topic] = append(byTopic[p.Topic], p.ID)
	}
	assignments := make(kafkago.GroupMemberAssignments)
	for topic, ids := range byTopic {
		slices.Sort(ids)
		for i, m := range members {
			from, to := i*len(ids)/len(members), (i+1)*len(ids)/len(members)
			if assignments[m.ID] == nil {
				assignments[m.ID] = make(map[string][]int)
			}
			assignments[m.ID][topic] = ids[from:to]
		}
	}
	return assignments
}
