using System.Collections.Concurrent;
using Amazon;
using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Amazon.SimpleSystemsManagement;
using Amazon.SQS;
using HybridLlm.AwsGpu.Ec2;
using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu;

/// <summary>
/// The connections to AWS that everything else in this package is given: one client per service and region, made when
/// first needed. Thread-safe; dispose it last.
/// </summary>
public sealed class AwsClients : IDisposable
{
    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestUpload = TimeSpan.FromHours(2);
    private readonly ConcurrentDictionary<string, Lazy<AmazonEC2Client>> _ec2 = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Region, TimeSpan Timeout), Lazy<AmazonS3Client>> _s3 = new();
    private readonly ConcurrentDictionary<string, Lazy<AmazonSimpleSystemsManagementClient>> _ssm = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<string, Lazy<AmazonSQSClient>> _sqs = new(StringComparer.Ordinal);
    private readonly Lazy<AWSCredentials> _credentials;
    private readonly AwsClientsOptions _options;
    private readonly Transport? _transport;

    /// <summary>Keeps the options; reaches for nothing yet.</summary>
    /// <param name="options">How AWS is reached; null means AWS itself by the default credential chain.</param>
    public AwsClients(AwsClientsOptions? options = null)
    {
        _options = options ?? new AwsClientsOptions();
        _credentials = new(() => Credentials(_options.AccessKey));
        _transport = _options.WrapTransport is { } wrap ? new Transport(wrap) : null;
        Caller = new AwsCaller(_options.Time);
    }

    /// <summary>Number of the account the credentials belong to, 12 digits.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="AwsCallException">The credentials are refused or AWS does not answer.</exception>
    public async Task<string> ReadAccountIdAsync(CancellationToken cancellationToken = default)
    {
        var config = Configured(new AmazonSecurityTokenServiceConfig(), _options.HomeRegion);
        using var sts = new AmazonSecurityTokenServiceClient(_credentials.Value, config);
        var identity = await Caller
            .RepeatableAsync(sts.GetCallerIdentityAsync, new GetCallerIdentityRequest(), cancellationToken)
            .ConfigureAwait(false);
        return identity.Account;
    }

    /// <summary>Every region enabled for the account, by name.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="AwsCallException">The credentials are refused or AWS does not answer.</exception>
    public async Task<IReadOnlyList<string>> ListRegionsAsync(CancellationToken cancellationToken = default)
    {
        var ec2 = Ec2(_options.HomeRegion);
        var answer = await Caller
            .RepeatableAsync(ec2.DescribeRegionsAsync, new DescribeRegionsRequest(), cancellationToken)
            .ConfigureAwait(false);
        return [.. (answer.Regions ?? []).Select(r => r.RegionName).Order(StringComparer.Ordinal)];
    }

    /// <summary>Closes every connection.</summary>
    public void Dispose()
    {
        Close(_ec2.Values.Where(c => c.IsValueCreated).Select(c => c.Value));
        Close(_s3.Values.Where(c => c.IsValueCreated).Select(c => c.Value));
        Close(_ssm.Values.Where(c => c.IsValueCreated).Select(c => c.Value));
        Close(_sqs.Values.Where(c => c.IsValueCreated).Select(c => c.Value));

        _transport?.Dispose();
    }

    internal TimeProvider Time => _options.Time;

    internal AwsCaller Caller { get; }

    internal Uri? ServiceUrl => _options.ServiceUrl;

    internal string HomeRegion => _options.HomeRegion;

    internal ILogger<T> Logger<T>() => _options.LoggerFactory.CreateLogger<T>();

    internal AmazonEC2Client Ec2(string region) =>
        _ec2.GetOrAdd(region, r => new(() => new(_credentials.Value, Configured(new AmazonEC2Config(), r)))).Value;

    internal AmazonSimpleSystemsManagementClient Ssm(string region) =>
        _ssm.GetOrAdd(
            region,
            r => new(() => new(_credentials.Value, Configured(new AmazonSimpleSystemsManagementConfig(), r)))
        ).Value;

    internal AmazonSQSClient Sqs(string region) =>
        _sqs.GetOrAdd(region, r => new(() => new(_credentials.Value, Configured(new AmazonSQSConfig(), r)))).Value;

    internal AmazonS3Client S3(string region) => S3(region, s_longestCall);

    /// <summary>A client that lets one call take hours, for artifacts on a slow line.</summary>
    internal AmazonS3Client S3ForUploads(string region) => S3(region, s_longestUpload);

    internal async Task<AwsAccessKey> ReadAccessKeyAsync(CancellationToken cancellationToken)
    {
        var key = await Caller
            .NamedAsync("GetCredentials", _ => _credentials.Value.GetCredentialsAsync(), cancellationToken)
            .ConfigureAwait(false);
        return new AwsAccessKey(key.AccessKey, key.SecretKey, key.Token);
    }

    private AmazonS3Client S3(string region, TimeSpan timeout) =>
        _s3.GetOrAdd(
            (region, timeout),
            key =>
                new(() =>
                {
                    var config = Configured(new AmazonS3Config(), key.Region);
                    config.ForcePathStyle = _options.ServiceUrl is not null;
                    config.Timeout = key.Timeout;
                    return new(_credentials.Value, config);
                })
        ).Value;

    private T Configured<T>(T config, string region)
        where T : ClientConfig
    {
        // AwsCaller repeats calls, because it knows which of them may be repeated; the SDK would repeat all.
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.Timeout = s_longestCall;
        if (_options.ServiceUrl is { } url)
        {
            config.ServiceURL = url.AbsoluteUri;
            config.AuthenticationRegion = region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (_transport is not null)
        {
            config.HttpClientFactory = _transport;
        }

        return config;
    }

    private static void Close(IEnumerable<IDisposable> clients)
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    private static AWSCredentials Credentials(AwsAccessKey? key)
    {
        if (key is not null)
        {
            return key.SessionToken is null
                ? new BasicAWSCredentials(key.Id, key.Secret)
                : new SessionAWSCredentials(key.Id, key.Secret, key.SessionToken);
        }

        try
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }
        catch (AmazonClientException none)
        {
            throw AwsCaller.NoCredentials("GetCredentials", none);
        }
    }

    private sealed class Transport(Func<HttpMessageHandler, HttpMessageHandler> wrap) : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _client = new(wrap(new SocketsHttpHandler()), disposeHandler: true);

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => _client.Dispose();
    }
}
