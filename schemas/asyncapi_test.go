// Package schemas_test keeps the AsyncAPI document and the code together.
package schemas_test

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/holterd/holter/internal/ingest"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

type object = map[string]any

func document(t *testing.T) object {
	t.Helper()
	text, err := os.ReadFile("asyncapi.yaml")
	require.NoError(t, err)
	var doc object
	require.NoError(t, yaml.UnmarshalWithOptions(text, &doc, yaml.Strict()))
	return doc
}

// resolve follows $ref, which must lead somewhere.
func resolve(t *testing.T, doc object, node any) object {
	t.Helper()
	o, ok := node.(object)
	require.True(t, ok, "%v is no object", node)
	ref, ok := o["$ref"].(string)
	if !ok {
		return o
	}
	path, local := strings.CutPrefix(ref, "#/")
	require.True(t, local, ref)
	var target any = doc
	for part := range strings.SplitSeq(path, "/") {
		target = target.(object)[part]
		require.NotNil(t, target, ref)
	}
	return resolve(t, doc, target)
}

// The document's channels are the topics in the code, with the same servers and
// the same clean-up.
func TestChannelsAreTheTopics(t *testing.T) {
	doc := document(t)
	want := make(map[string]string)
	for _, topic := range kafka.Topics() {
		want[topic.Name] = "kafka delete"
		if topic.Compacted {
			want[topic.Name] = "kafka compact"
		}
	}
	for _, kind := range []string{ingest.KindSamples, ingest.KindStatus, ingest.KindButton, ingest.KindProgress} {
		want[ingest.Topic("{device}", kind)] = "mqtt"
	}
	got := make(map[string]string)
	for _, node := range doc["channels"].(object) {
		channel := resolve(t, doc, node)
		server := channel["servers"].([]any)[0].(object)["$ref"].(string)
		kind := strings.TrimPrefix(server, "#/servers/")
		if bindings, ok := channel["bindings"]; ok {
			binding := resolve(t, doc, bindings)["kafka"].(object)
			kind += " " + binding["topicConfiguration"].(object)["cleanup.policy"].([]any)[0].(string)
		}
		got[channel["address"].(string)] = kind
	}
	require.Equal(t, want, got)
}

// Every message is one of the Protobuf package, from the file that the document
// names; what travels alone is in the document.
func TestMessagesAreTheProtobufMessages(t *testing.T) {
	doc := document(t)
	documented := make(map[protoreflect.FullName]bool)
	for _, node := range doc["channels"].(object) {
		for _, ref := range resolve(t, doc, node)["messages"].(object) {
			message := resolve(t, doc, ref)
			name := protoreflect.FullName(message["name"].(string))
			documented[name] = true
			descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
			require.NoError(t, err)
			require.Equal(t, object{"file": descriptor.ParentFile().Path(), "message": string(name)}, message["x-protobuf"])
			require.FileExists(t, descriptor.ParentFile().Path())
		}
	}
	parts := map[protoreflect.Name]bool{"LeadSamples": true, "AlertChange": true, "AlertSt": true, "Found": true, "Strip": true} // of other messages only
	for _, file := range []protoreflect.FileDescriptor{
		holterv1.File_holter_v1_ecg_proto, holterv1.File_holter_v1_event_proto, holterv1.File_holter_v1_command_proto,
		holterv1.File_holter_v1_question_proto, holterv1.File_holter_v1_window_proto,
	} {
		for i := range file.Messages().Len() {
			m := file.Messages().Get(i)
			require.Equal(t, !parts[m.Name()], documented[m.FullName()], "%s", m.FullName())
		}
	}
}

func TestOperationsReferToChannels(t *testing.T) {
	doc := document(t)
	used := make(map[string]bool)
	for name, node := range doc["operations"].(object) {
		operation := node.(object)
		channel := resolve(t, doc, operation["channel"])
		require.Contains(t, []string{"send", "receive"}, operation["action"], name)
		used[channel["address"].(string)] = true
	}
	require.Len(t, used, len(doc["channels"].(object)), "a channel is not used by any operation")
}
