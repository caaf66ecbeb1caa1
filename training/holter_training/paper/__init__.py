"""The paper's own architecture, and the door through which its checkpoints come in.

config      sizes, as presets and as one JSON file
vit         the encoder and the connector in PyTorch
names       how the released state dicts name their tensors
released    reads the released encoder, projection and LoRA files
llama       reads a Hugging Face Llama folder, tensor by tensor
export      writes the ONNX folder that pkg/model runs

The model that this project trains itself is another one: holter_training.model.
"""
