namespace HybridLlm.Testing.Tests.Kubernetes;

/// <summary>Waits for what others bring about; the test's own time-out is the limit.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource limit = new(s_limit);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token,
            TestContext.Current.CancellationToken
        );
        while (!await condition())
        {
            await Task.Delay(s_pause, stop.Token);
        }
    }
}
