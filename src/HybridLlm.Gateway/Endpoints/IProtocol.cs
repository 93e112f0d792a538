using System.Buffers;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>One kind of request of one API: how it is read and how its answer is written.</summary>
internal interface IProtocol
{
    /// <summary>The request in native terms.</summary>
    /// <exception cref="GatewayRefusal">It is not what the API says, or asks for what cannot be had.</exception>
    Ask Read(JsonObject body);

    /// <summary>Writes one answer.</summary>
    IAnswerShape Shape(Ask ask);
}

/// <summary>Writes one answer as its API has it. Not for concurrent use.</summary>
internal interface IAnswerShape : IDisposable
{
    /// <summary>Media type of an answer in pieces.</summary>
    string StreamType { get; }

    /// <summary>The next piece of a stream.</summary>
    void Piece(IBufferWriter<byte> output, OllamaChunk chunk);

    /// <summary>A sign of life that no client takes for text.</summary>
    void Beat(IBufferWriter<byte> output, HoldNews news);

    /// <summary>Ends a stream that has begun with a fault.</summary>
    void Fault(IBufferWriter<byte> output, GatewayRefusal refusal);

    /// <summary>The answer as one.</summary>
    JsonObject Whole(GatheredAnswer answer);
}
