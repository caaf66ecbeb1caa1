package state

// Offset returns the first offset of the topic that was not yet dealt with; 0
// when nothing was.
func (t *Tx) Offset(topic string) int64 {
	return int64(numberOf(string(t.bucket(inOffsets).get(topic))))
}

// SetOffset records that everything before next was dealt with.
func (t *Tx) SetOffset(topic string, next int64) {
	t.bucket(inOffsets).put(topic, []byte(number(uint64(next))))
}
