# Once an account: the roles under which EC2 acts for spot requests and fleets. "Has been taken" means it is there.
aws iam create-service-linked-role --aws-service-name spot.amazonaws.com
aws iam create-service-linked-role --aws-service-name ec2fleet.amazonaws.com

# What the controller may do. Give the policy to its user or role.
aws iam create-policy --policy-name hybridllm-lab-a1e0f655 --policy-document file://policy.json
# The instance profile nodes run with; its role needs no permission of EC2.
aws iam create-instance-profile --instance-profile-name hybridllm-node
aws iam add-role-to-instance-profile --instance-profile-name hybridllm-node --role-name hybridllm-node
# The queue interruption events arrive in: kept five minutes, encrypted, written to by this rule only, over TLS only.
cat > queue.json <<'JSON'
{"MessageRetentionPeriod":"300","SqsManagedSseEnabled":"true","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"arn:aws:sqs:eu-central-1:123456789012:hybridllm-lab\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:events:eu-central-1:123456789012:rule/hybridllm-lab-a1e0f655\"}}},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"arn:aws:sqs:eu-central-1:123456789012:hybridllm-lab\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}"}
JSON
aws sqs create-queue --region eu-central-1 --queue-name hybridllm-lab --attributes file://queue.json --tags '{"hybridllm:cluster":"lab","hybridllm:owner-id":"00000000-0000-4000-8000-000000000001","hybridllm:component":"interruptions"}'
aws events put-rule --region eu-central-1 --name hybridllm-lab-a1e0f655 --event-pattern '{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning","EC2 Instance Rebalance Recommendation","EC2 Instance State-change Notification"]}'
aws events put-targets --region eu-central-1 --rule hybridllm-lab-a1e0f655 --targets 'Id=queue,Arn=arn:aws:sqs:eu-central-1:123456789012:hybridllm-lab'

aws events remove-targets --region eu-central-1 --rule hybridllm-lab-a1e0f655 --ids queue
aws events delete-rule --region eu-central-1 --name hybridllm-lab-a1e0f655
aws sqs delete-queue --region eu-central-1 --queue-url https://sqs.eu-central-1.amazonaws.com/123456789012/hybridllm-lab
aws iam delete-policy --policy-arn arn:aws:iam::123456789012:policy/hybridllm-lab-a1e0f655
