using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>What a pull or a create says while it works: line by line, or only its outcome.</summary>
internal sealed class StatusStream(HttpContext context, bool streaming, CancellationToken cancellationToken)
{
    public Task SayAsync(string status) => SendAsync(new JsonObject { ["status"] = status });

    public Task SendAsync(JsonObject line) =>
        streaming ? Reply.LineAsync(context, line, cancellationToken) : Task.CompletedTask;

    public Task SucceedAsync()
    {
        JsonObject success = new() { ["status"] = "success" };
        return streaming ? SendAsync(success) : Reply.JsonAsync(context, success, type: "application/json");
    }

    public Task FailAsync(string error)
    {
        JsonObject failure = new() { ["error"] = error };
        return streaming ? SendAsync(failure) : Reply.JsonAsync(context, failure, 500, "application/json");
    }
}
