package replay

const atLeastOnce = 1

func samplesTopic(device string) string  { return "ecg/v1/" + device + "/samples" }
func statusTopic(device string) string   { return "ecg/v1/" + device + "/status" }
func progressTopic(device string) string { return "ecg/v1/" + device + "/progress" }
