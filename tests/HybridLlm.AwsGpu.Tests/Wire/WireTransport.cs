using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Web;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Sits under the real SDK: names and counts every call that goes over the wire, and breaks chosen ones.</summary>
/// <param name="answered">EC2 actions answered here, because the backend lacks them; they are not counted.</param>
internal sealed class WireTransport(IReadOnlyDictionary<string, string> answered)
{
    private readonly ConcurrentQueue<string> _calls = new();
    private Func<string, int, WireFault> _fault = (_, _) => WireFault.None;
    private int _writes;
    private volatile bool _dead;

    /// <summary>Every call so far, e.g. <c>CreateVpc</c> or <c>PUT bucket/key</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public IReadOnlyList<string> Writes => [.. _calls.Where(IsWrite)];

    /// <summary>Breaks calls from now on; told each write's name and its number from 1.</summary>
    public void BreakWrites(Func<string, int, WireFault> fault)
    {
        _writes = 0;
        _fault = fault;
    }

    /// <summary>The process ends at its nth write from now on, before or after the write took effect.</summary>
    public void DieAt(int write, bool afterEffect) =>
        BreakWrites(
            (_, n) =>
                n < write ? WireFault.None
                : afterEffect ? WireFault.DiesAfter
                : WireFault.DiesBefore
        );

    public void Forget() => _calls.Clear();

    public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Handler(this, inner);

    private string? Answer(string call) => answered.GetValueOrDefault(call);

    private static bool IsWrite(string call) =>
        !call.StartsWith("Describe", StringComparison.Ordinal)
        && !call.StartsWith("Get", StringComparison.Ordinal)
        && !call.StartsWith("List", StringComparison.Ordinal)
        && !call.StartsWith("GET ", StringComparison.Ordinal)
        && !call.StartsWith("HEAD ", StringComparison.Ordinal);

    private sealed class Handler(WireTransport wire, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var call = await NameAsync(request, cancellationToken);
            ThrowIfDead();
            if (wire.Answer(call) is { } body)
            {
                return new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent(body, Encoding.UTF8, "text/xml"),
                };
            }

            wire._calls.Enqueue(call);
            var fault = IsWrite(call) ? wire._fault(call, Interlocked.Increment(ref wire._writes)) : WireFault.None;
            wire._dead |= fault is WireFault.DiesBefore or WireFault.DiesAfter;
            if (fault == WireFault.DiesBefore)
            {
                throw new ProcessDiedException();
            }

            if (fault == WireFault.NeverSent)
            {
                throw new HttpRequestException("The test cut the wire before the call.");
            }

            var answer = await base.SendAsync(request, cancellationToken);
            if (fault == WireFault.AnswerLost)
            {
                answer.Dispose();
                throw new HttpRequestException("The test cut the wire after the call.");
            }

            ThrowIfDead();
            return answer;
        }

        private void ThrowIfDead()
        {
            if (wire._dead)
            {
                throw new ProcessDiedException();
            }
        }

        private static async Task<string> NameAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.TryGetValues("X-Amz-Target", out var target))
            {
                return target.Single().Split('.')[^1];
            }

            if (request.Content?.Headers.ContentType?.MediaType != "application/x-www-form-urlencoded")
            {
                return $"{request.Method} {request.RequestUri!.PathAndQuery}";
            }

            await request.Content.LoadIntoBufferAsync(cancellationToken);
            var form = HttpUtility.ParseQueryString(await request.Content.ReadAsStringAsync(cancellationToken));
            return form["Action"]!;
        }
    }
}

internal enum WireFault
{
    None,
    NeverSent,
    AnswerLost,
    DiesBefore,
    DiesAfter,
}

/// <summary>Nothing the program does after this happens: every later call throws it too.</summary>
internal sealed class ProcessDiedException : Exception;
