using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HybridLlm.Ollama.Hosting;

/// <summary>
/// Healthy means: the server answers and the model is in GPU memory, all of it. Degraded: it has the model, but not loaded, or partly in
/// system memory, where it is slow. It never asks the model anything.
/// </summary>
public sealed class OllamaHealthCheck : IHealthCheck
{
    private readonly OllamaClient _client;
    private readonly string? _model;

    /// <summary>A check of one server.</summary>
    /// <param name="client">The server.</param>
    /// <param name="model">The model it must have; null if it must only answer.</param>
    public OllamaHealthCheck(OllamaClient client, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _model) = (client, model);
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var version = await _client.GetVersionAsync(cancellationToken).ConfigureAwait(false);
            return _model is null
                ? HealthCheckResult.Healthy($"Ollama {version} answers.")
                : await CheckModelAsync(_model, context, cancellationToken).ConfigureAwait(false);
        }
        catch (OllamaException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }

    private async Task<HealthCheckResult> CheckModelAsync(
        string model,
        HealthCheckContext context,
        CancellationToken cancellationToken
    )
    {
        var name = ModelName.Full(model);
        var residents = await _client.ListResidentAsync(cancellationToken).ConfigureAwait(false);
        if (residents.FirstOrDefault(m => Is(m.Name)) is { } resident)
        {
            return resident.WhollyOnGpu
                ? HealthCheckResult.Healthy($"{model} is in GPU memory.")
                : HealthCheckResult.Degraded(
                    $"{resident.Bytes - resident.GpuBytes} of {model}'s {resident.Bytes} bytes lie in system memory: choose a larger GPU or a smaller context."
                );
        }

        var installed = await _client.ListInstalledAsync(cancellationToken).ConfigureAwait(false);
        return installed.Any(m => Is(m.Name))
            ? HealthCheckResult.Degraded($"{model} is not loaded.")
            : new HealthCheckResult(context.Registration.FailureStatus, $"{model} is not there: pull it.");

        bool Is(string listed) => string.Equals(listed, name, StringComparison.OrdinalIgnoreCase);
    }
}
